"""Studies: many runs of one question, each with other values, in one table.

`plan`       what a study file may say, and `study_file` how it is read
`points`     from what varies to cases
`subject`    what is evaluated: a scenario (`scenario_subject`) or a function
`evaluate`   every case answered once, from the journal or by a run
"""
