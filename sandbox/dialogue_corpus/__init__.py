"""Labelled talks: templates by people, filled with drawn places, numbers and times, spoken on two legs."""
