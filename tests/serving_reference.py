"""A replica that goes iteration by iteration, over objects and lists: the engine's oracle."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from twin.physics.serving.columns import LawTables
from twin.physics.serving.law import Engine
from twin.physics.serving.requests import RequestList


@dataclass(frozen=True)
class AffineLaw:
    """Plain numbers of the order of a 70B model on four GPUs."""

    weights_s: float = 9e-3
    sequence_s: float = 2e-5
    token_s: float = 4e-5
    held_s: float = 3e-8
    pair_s: float = 2e-10

    def fixed_s(self, sequences: ArrayLike, prompt_tokens: ArrayLike) -> np.ndarray:
        n = np.asarray(sequences, float)
        return self.weights_s + self.sequence_s * n + self.token_s * np.asarray(prompt_tokens)

    def context_s(self, sequences: ArrayLike) -> np.ndarray:
        return np.full(np.shape(sequences), self.held_s)

    def prompt_attention_s(self, prompt_tokens: ArrayLike, before_tokens: ArrayLike) -> np.ndarray:
        p = np.asarray(prompt_tokens, float)
        return self.pair_s * p * (np.asarray(before_tokens, float) + p / 2)


@dataclass
class Job:
    """One request on its way."""

    arrival: float
    prompt: int
    output: int
    blocks: list[int]
    todo: int = 0
    held: float = 0.0
    made: float = 0.0
    pages: int = 0
    start_s: float = math.nan
    first_token_s: float = math.nan
    done_s: float = math.nan
    preemptions: int = 0
    hit_tokens: int = 0
    chunk: int = 0
    holding: bool = False


@dataclass
class StepByStep:
    """One iteration after the other; nothing is taken at once."""

    table: LawTables
    engine: Engine
    now: float = 0.0
    iterations: int = 0
    busy_s: float = 0.0
    queue: list[Job] = field(default_factory=list)
    running: list[Job] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    users: dict[int, int] = field(default_factory=dict)
    idle: OrderedDict[int, None] = field(default_factory=OrderedDict)

    def serve(self, requests: RequestList) -> StepByStep:
        self.free = int(self.engine.kv_capacity_tokens // self.engine.page_tokens)
        self.per_block = self.engine.block_tokens // self.engine.page_tokens
        self.step = sum(self.engine.acceptance**i for i in range(self.engine.drafts + 1))
        for q in range(requests.count):
            prompt = int(requests.prompt_tokens[q])
            names = list(requests.block_hashes[q]) if requests.block_hashes else []
            full = names[: prompt // requests.block_tokens]
            self.jobs.append(
                Job(float(requests.arrival_s[q]), prompt, int(requests.output_tokens[q]), full)
            )
        coming = list(self.jobs)
        while coming or self.queue or self.running:
            while coming and coming[0].arrival <= self.now:
                self.queue.append(coming.pop(0))
            if not self.iterate():
                if not coming:
                    break
                self.now = coming[0].arrival
        return self

    def room(self) -> int:
        return self.free + len(self.idle) * self.per_block

    def take(self, pages: int) -> None:
        while self.free < pages:
            name, _ = self.idle.popitem(last=False)
            del self.users[name]
            self.free += self.per_block
        self.free -= pages

    def drop(self, job: Job) -> None:
        self.free += job.pages
        job.pages = 0
        if job.holding:
            for name in reversed(job.blocks):
                self.users[name] -= 1
                if self.users[name] == 0:
                    self.idle[name] = None
        job.holding = False

    def pages_for(self, job: Job, tokens: float) -> int:
        whole = math.ceil((tokens - 1e-9) / self.engine.page_tokens)
        return max(0, whole - len(job.blocks) * self.per_block)

    def grow(self) -> bool:
        gave_way = False
        for job in list(self.running):
            while job in self.running and job.todo == 0:
                need = self.pages_for(job, job.held + self.step) - job.pages
                if need <= 0:
                    break
                if self.room() >= need:
                    self.take(need)
                    job.pages += need
                    break
                last = self.running.pop()
                self.drop(last)
                last.preemptions += 1
                last.held = 0.0
                last.todo = 0
                self.queue.insert(0, last)
                gave_way = True
        return gave_way

    def admit(self) -> bool:
        job = self.queue[0]
        total = job.prompt + int(job.made)
        missing = sum(name not in self.users for name in job.blocks)
        woken = sum(name in self.idle for name in job.blocks)
        own = self.pages_for(job, total)
        if own + missing * self.per_block > self.room() - woken * self.per_block:
            return False
        hits = 0
        while hits < len(job.blocks) and job.blocks[hits] in self.users:
            hits += 1
        hit = hits * self.engine.block_tokens
        if hit >= total:
            hit -= self.engine.block_tokens
        for name in job.blocks:
            if name in self.users:
                self.idle.pop(name, None)
                self.users[name] += 1
        for name in job.blocks:
            if name not in self.users:
                self.take(self.per_block)
                self.users[name] = 1
        job.holding = True
        self.take(own)
        job.pages = own
        job.hit_tokens = hit
        job.held = hit
        job.todo = total - hit
        if math.isnan(job.start_s):
            job.start_s = self.now
        self.running.append(self.queue.pop(0))
        return True

    def leave_late(self) -> None:
        while self.queue and math.isnan(self.queue[0].start_s):
            late = self.queue[0].arrival + self.engine.patience_s
            if self.now < late or self.now <= self.queue[0].arrival:
                return
            self.queue.pop(0).done_s = late

    def iterate(self) -> bool:
        gave_way = self.grow()
        makers = [job for job in self.running if job.todo == 0]
        budget = self.engine.token_budget - len(makers) * (self.engine.drafts + 1)
        readers = [job for job in self.running if job.todo > 0]
        chunks = 0.0
        for job in readers:
            job.chunk = min(job.todo, budget)
            budget -= job.chunk
            chunks += self.attention(job)
        self.leave_late()
        while not gave_way and self.queue and budget > 0:
            if len(self.running) >= self.engine.max_sequences or not self.admit():
                break
            job = self.running[-1]
            job.chunk = min(job.todo, budget)
            budget -= job.chunk
            readers.append(job)
            chunks += self.attention(job)
            self.leave_late()
        if not self.running:
            return False
        took = self.time(makers, sum(job.chunk for job in readers)) + chunks
        self.now += took
        self.busy_s += took
        self.iterations += 1
        for job in makers:
            job.held += self.step
            job.made = min(job.made + self.step, job.output)
            if job.made > job.output - 1e-9:
                job.made = job.output
        for job in readers:
            job.held += job.chunk
            job.todo -= job.chunk
            job.chunk = 0
            if job.todo == 0:
                job.made += 1
                if math.isnan(job.first_token_s):
                    job.first_token_s = self.now
        for job in list(self.running):
            if job.todo == 0 and job.made >= job.output:
                job.done_s = self.now
                self.running.remove(job)
                self.drop(job)
        return True

    def attention(self, job: Job) -> float:
        if job.chunk == 0:
            return 0.0
        return self.at(
            self.table.attention_s[0], self.table.prompts, self.table.befores, job.chunk, job.held
        )

    def time(self, makers: list[Job], tokens: int) -> float:
        held = sum(job.held for job in makers)
        fixed = (
            self.at(
                self.table.mixed_s[0], self.table.sequences, self.table.prompts, len(makers), tokens
            )
            if tokens
            else self.table.decode_s[0, len(makers)]
        )
        return float(fixed + self.table.context_s[0, len(makers)] * held)

    @staticmethod
    def at(table: np.ndarray, rows: np.ndarray, columns: np.ndarray, x: float, y: float) -> float:
        i = int(np.clip(np.searchsorted(rows, x, side="right") - 1, 0, rows.size - 2))
        j = int(np.clip(np.searchsorted(columns, y, side="right") - 1, 0, columns.size - 2))
        u = (x - rows[i]) / (rows[i + 1] - rows[i])
        v = (y - columns[j]) / (columns[j + 1] - columns[j])
        corner = table[i : i + 2, j : j + 2]
        return float(np.array([1 - u, u]) @ corner @ np.array([1 - v, v]))

    def column(self, name: str) -> np.ndarray:
        return np.array([getattr(job, name) for job in self.jobs], dtype=float)
