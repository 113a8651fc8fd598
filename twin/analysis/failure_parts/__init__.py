"""The failure report's document, and the parts of it that follow from a design without a run.

`report`     the document
`one_line`   who feeds whom, with ratings and loads
`levels`     what each component carries as built and after one and two losses, by level of load
`losses`     what the way from utility to rack loses at part load
`purchases`  what one more unit would buy, and for how much
`works`      what is exposed while something is out for work
`ground`     which stated numbers the answers rest on
`peak`       racks at the electrical design point of their GPUs
"""
