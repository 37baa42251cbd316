"""Somebody's arrays, under the names and in the axes of a layout: expected, converted, diagnosed.

Imports `reference`, `reference.contracts`, `reference.diagnosis`, `reference.layouts`.
"""
