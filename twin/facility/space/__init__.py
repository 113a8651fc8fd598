"""Where things stand: racks in rows, gear along walls and outside."""
