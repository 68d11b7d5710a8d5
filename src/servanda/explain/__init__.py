"""Answers: verdict spans as rows that people and programs read."""
