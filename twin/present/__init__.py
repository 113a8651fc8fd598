"""What people see of a Result: figures, a report, a USD stage. Readers only; nothing here is
computed twice.

`numbers`  quantities as people read them
`figures`  matplotlib figures, each a function of a Result
`report`   one self-contained HTML file
"""
