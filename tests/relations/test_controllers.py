"""Controllers: set-points that look ahead, and an environment in which others are trained."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small, small_layout, training
from gymnasium.utils.env_checker import check_env

import twin
from twin.errors import InputError


def scenario(**changes: Any) -> twin.Scenario:
    return small(small_layout(2, 2), **({"horizon": "6 h"} | changes))


def environment(**options: Any) -> Any:
    asked = {"episode_s": 7200.0, "step_s": 900.0}
    return twin.cooling_environment(scenario(), **(asked | options))


def test_gymnasium_finds_nothing_wrong_with_the_environment() -> None:
    check_env(environment(), skip_render_check=True)


def episode(env: Any, seed: int, actions: np.ndarray) -> tuple[list[Any], list[float]]:
    seen = [env.reset(seed=seed)[0]]
    rewards = []
    for action in actions:
        found, reward, terminated, truncated, _ = env.step(action)
        assert not terminated
        seen.append(found)
        rewards.append(reward)
        if truncated:
            break
    return seen, rewards


def test_one_seed_and_the_same_actions_are_the_same_episode() -> None:
    actions = np.random.default_rng(3).uniform(-1, 1, (20, 2)).astype(np.float32)
    first, first_rewards = episode(environment(), 7, actions)
    env = environment()
    episode(env, 1, actions)
    again, again_rewards = episode(env, 7, actions)
    assert len(first_rewards) == 8
    assert first_rewards == again_rewards
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    others = {tuple(episode(env, seed, actions[:1])[0][0]) for seed in range(6)}
    assert len(others) > 1


def test_warmer_water_is_cheaper_and_the_reward_says_so() -> None:
    env = environment()
    cold = sum(episode(env, 7, np.full((8, 2), -1.0))[1])
    warm = sum(episode(env, 7, np.full((8, 2), 0.2))[1])
    assert warm > cold
    seen, _ = episode(env, 7, np.full((8, 2), 0.5))
    assert seen[-1][6:8] == pytest.approx([41.8 + 3.0, 16.0 + 3.0], abs=1e-4)


def test_an_environment_is_reset_before_its_first_step() -> None:
    with pytest.raises(RuntimeError, match="reset"):
        environment().step(np.zeros(2))


def test_set_points_that_look_ahead_cost_less_and_keep_limits() -> None:
    found = twin.predictive(scenario(workload=[training("air", 4)], horizon="3 h"))
    assert 0.0 < found.saved_frac < 0.6
    assert found.predictive.summary["rack_hours_above_inlet_limit"] == 0.0
    assert found.predictive.summary["tokens_total"] == pytest.approx(
        found.fixed.summary["tokens_total"], rel=1e-9
    )
    assert found.set_points
    assert abs(found.predictive.summary["heat_balance_residual_frac"]) < 1e-12


def test_a_set_point_of_nothing_is_refused() -> None:
    run = twin.start(twin.build(scenario())).until(600.0)
    with pytest.raises(InputError) as refused:
        run.set_water("chiled", 90.0, 10.0)
    text = str(refused.value)
    assert "did you mean 'chilled'" in text
    assert "1 to 70 °C" in text
    assert "moments from" in text
    run.set_water("chilled", 18.0)
    assert run.until(700.0).readings().set_degc.tolist() == [41.8, 18.0]
