#!/usr/bin/env bash
# Question  A chat of six turns begins with 2,400 tokens of instructions, and every turn adds 324 tokens of answer and question. How many tokens of its six prompts
#           are read anew where a prefix cache keeps all that was read, by each of the tokenizers that come with the maker's own library?
# Guess     About 4,000 of 20,000, by all alike: the first prompt whole, and of each later one what was added.
# Seen      mistral-common 1.13.1: 4,200 (21 %) by v1 and v7, and 16,800 (84 %) by v2, by v3 and by both of v3's tekken. Those write the instructions into the *last*
#           question of a conversation, so that they move at every turn: the second prompt has two tokens in common with the first, the third 326. v1
#           writes them into the first question, v7 into a message of their own before all. Ten tools (1,470 tokens) move likewise by
#           v2, v3 and v7, which then reads 13,600 anew in place of 4,200; v1 leaves them out.
# Matters   A cache that saves four fifths of the reading of one model saves a sixth of another's, of one family and one conversation: four times the
#           work before the first token. A share measured at one service cannot be carried over to the next release of its model.
# Here      twin counts what a service would find: leading blocks of a recorded trace, up to the first that differs (tests/contracts/test_trace_command.py), or
#           `cached_tokens` as stated, of which docs/traces.md says what may be counted.
source "$(dirname "$0")/run_in.sh"
run_in mistral-common==1.13.1 sentencepiece==0.2.3 numpy==2.3.5 <<'PYTHON'
from pathlib import Path

import mistral_common
from mistral_common.protocol.instruct.messages import AssistantMessage, SystemMessage, UserMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.protocol.instruct.tool_calls import Function, Tool
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer

LINE = "the power of a hall is measured at its board and the water of its racks at the unit that cools it "
TAKES = {"type": "object", "properties": {"hall": {"type": "string", "description": LINE}}}
TOOLS = [Tool(function=Function(name=f"read_{n}", description=LINE * 3, parameters=TAKES)) for n in range(10)]
FILES = {
    "v1": "tokenizer.model.v1",
    "v2": "mistral_instruct_tokenizer_240216.model.v2",
    "v3": "mistral_instruct_tokenizer_240323.model.v3",
    "v3 tekken": "tekken_240718.json",
    "v3 tekken, images": "tekken_240911.json",
    "v7": "mistral_instruct_tokenizer_241114.model.v7",
}


def prompts(tokenizer, tools):
    said = [SystemMessage(content=LINE * 100)]
    for turn in range(6):
        said.append(UserMessage(content=f"question {turn}: " + LINE * 5))
        yield tokenizer.encode_chat_completion(ChatCompletionRequest(messages=said, tools=tools)).tokens
        said.append(AssistantMessage(content=f"answer {turn}: " + LINE * 8))


def alike(one, other):
    return next((n for n, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))


def read_anew(tokenizer, tools=None):
    asked = list(prompts(tokenizer, tools))
    kept = [0] + [max(alike(old, new) for old in asked[:n]) for n, new in enumerate(asked) if n]
    return sum(map(len, asked)), sum(len(one) - held for one, held in zip(asked, kept)), kept


read, tools_read = {}, {}
for name, file in FILES.items():
    tokenizer = MistralTokenizer.from_file(str(Path(mistral_common.__file__).parent / "data" / file))
    whole, read[name], kept = read_anew(tokenizer)
    with_tools, tools_read[name], _ = read_anew(tokenizer, TOOLS)
    print(
        f"{name:18} {read[name]:,} of {whole:,} tokens read anew ({read[name] / whole:.0%}), held at each turn {kept}; "
        f"with tools {tools_read[name]:,} of {with_tools:,}"
    )
low, high = [read["v1"], read["v7"]], [read[name] for name in ("v2", "v3", "v3 tekken", "v3 tekken, images")]
right = low == [4186, 4151] and high == [16796, 16796, 16790, 16790]
raise SystemExit(not (right and (tools_read["v1"], tools_read["v3"], tools_read["v7"]) == (4186, 25639, 13624)))
PYTHON
