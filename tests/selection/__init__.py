"""Tests of the translator."""
