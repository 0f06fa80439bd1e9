"""Everybody's pictures and sounds come in; one picture and one mix a tick go out, drawn, levelled and encoded."""
