"""An address comes in, a picture of dots that a telephone's camera reads goes out."""

import segno


def code_for(address: str) -> str:
    """An address of `data:` for an image; black on white with its quiet zone, whatever colours the page has."""
    return str(segno.make(address, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))
