"""Modules of the soak test."""
