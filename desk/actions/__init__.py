"""What business support can do to a case at the desk: each action a form, a preview, and a button."""
