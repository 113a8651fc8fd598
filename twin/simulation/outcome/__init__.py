"""What a run leaves: time tables as it goes, and the result at its end."""
