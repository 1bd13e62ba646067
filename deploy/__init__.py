"""What a production machine runs beside Lianxin, as root."""
