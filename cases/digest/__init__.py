"""The daily digest to business support."""
