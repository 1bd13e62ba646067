"""What every package stands on: settings, database, logs. No domain word lives here."""
