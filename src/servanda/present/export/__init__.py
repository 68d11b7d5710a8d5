"""What a case holds, in the forms of other programs: tables, provenance, a calendar."""
