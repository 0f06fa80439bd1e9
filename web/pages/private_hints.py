"""What staff are told of personal data in a text, kind by kind."""

from questions.private import Kind
from web.rendering import N_

PRIVATE = {
    Kind.MAIL: N_("mail address"),
    Kind.PHONE: N_("telephone number"),
    Kind.ACCOUNT: N_("account number"),
    Kind.ADDRESS: N_("address of a house"),
    Kind.NAME: N_("name of a person"),
}
