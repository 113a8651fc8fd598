#!/usr/bin/env bash
# Question  A file says `at: 06:00` for one fault and `at: 14:00` for the next. What does a model with a number of seconds
#           make of them?
# Guess     Both are text, and both are refused alike.
# Seen      PyYAML 6.0.4 reads 14:00 as the number 840, sixty-based, and leaves 06:00 as text, for such a number may not
#           begin with a zero. pydantic 2.14.4 takes 840: the pump fails 14 minutes after midnight, not at two in the
#           afternoon. 9:30 is 570, 10:00:00 is 36,000 (so with seconds it is right), and `count: on` is 1.
# Matters   Half of a day's times work, because they are refused and then quoted; the other half are silently 60 times too
#           early. A drill at 14:00 that "nobody noticed" was over before the shift began.
# Here      twin reads scalars itself: tests/unit/test_times_of_day.py holds 14:00 to 50,400 s, quoted or not.
source "$(dirname "$0")/run_in.sh"
run_in PyYAML==6.0.4 pydantic==2.14.4 <<'PYTHON'
import pydantic
import yaml


class Fault(pydantic.BaseModel):
    at: float
    count: int = 1


def read(text):
    try:
        return Fault.model_validate(yaml.safe_load(text))
    except pydantic.ValidationError:
        return None


texts = ("at: 06:00", "at: 14:00", "at: 9:30", "at: 10:00:00", "{at: 1, count: on}")
found = [read(text) for text in texts]
for text, fault in zip(texts, found):
    print(f"{text:20} -> {fault if fault else 'refused'}")
morning, *others = found
seconds = [fault.at for fault in others]
raise SystemExit(not (morning is None and seconds == [840, 570, 36_000, 1] and others[-1].count == 1))
PYTHON
