"""Static checks of an agreement."""
