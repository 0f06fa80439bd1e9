"""Tables of office hours, editions, accounts, persons, seats and consents, and all that touches them.

Commands, events, steps and tickets keep their own tables beside their rules, in the modules of their names.
"""

from ingest.database import NotFound as NotFound
from ingest.database import Overtaken as Overtaken
from ingest.store.consent import answer_consent as answer_consent
from ingest.store.consent import consents as consents
from ingest.store.consent import consents_in as consents_in
from ingest.store.consent import consents_of as consents_of
from ingest.store.consent import take_consent_back as take_consent_back
from ingest.store.edition import add_edition as add_edition
from ingest.store.edition import edition_at as edition_at
from ingest.store.edition import edition_of as edition_of
from ingest.store.edition import editions as editions
from ingest.store.edition import finish_edition as finish_edition
from ingest.store.hours import IN_CALENDARS as IN_CALENDARS
from ingest.store.hours import add_office_hour as add_office_hour
from ingest.store.hours import all_office_hours as all_office_hours
from ingest.store.hours import at_short_address as at_short_address
from ingest.store.hours import change_office_hour as change_office_hour
from ingest.store.hours import move_office_hour as move_office_hour
from ingest.store.hours import office_hour as office_hour
from ingest.store.hours import office_hours as office_hours
from ingest.store.hours import office_hours_in as office_hours_in
from ingest.store.hours import open_due as open_due
from ingest.store.hours import over_before as over_before
from ingest.store.hours import rehearsals as rehearsals
from ingest.store.hours import set_visibility as set_visibility
from ingest.store.office import account as account
from ingest.store.office import account_by_email as account_by_email
from ingest.store.office import accounts as accounts
from ingest.store.office import add_account as add_account
from ingest.store.office import all_accounts as all_accounts
from ingest.store.office import office_setting as office_setting
from ingest.store.office import office_settings as office_settings
from ingest.store.office import set_office_setting as set_office_setting
from ingest.store.office import set_password as set_password
from ingest.store.people import add_person as add_person
from ingest.store.people import move_seat as move_seat
from ingest.store.people import person as person
from ingest.store.people import persons as persons
from ingest.store.people import persons_of as persons_of
from ingest.store.people import place_seats as place_seats
from ingest.store.people import rename_person as rename_person
from ingest.store.people import seat as seat
from ingest.store.people import seats as seats
from ingest.store.people import seats_of as seats_of
from ingest.store.people import set_pseudonym as set_pseudonym
from ingest.store.people import set_sharing as set_sharing
