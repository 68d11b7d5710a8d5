"""The live view: a case in a browser, following its text as it is edited."""
