"""The year of a facility in seconds: a steady plant hour by hour, as arrays.

answer.py     what comes out: PUE, WUE, energy by end use, water, peaks, hourly table
months.py     the same by month, and for how long outdoor air cooled
inputs.py     the numbers of a facility of the published study, and how they are set
study.py      the study's ten facilities
air_side.py   outdoor air as supply air: window, mixing, spray, adiabatic cooling
water_side.py chillers, towers, economisers on water, water use
"""
