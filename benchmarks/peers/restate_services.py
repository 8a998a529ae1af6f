"""The workflows of restate.py, as Restate's own templates write them; hypercorn serves them."""

from __future__ import annotations

import restate

from benchmarks import workloads

bench = restate.Service("Bench")


@bench.handler()
async def sequence(ctx: restate.Context) -> int:
    """W3."""
    total = 0
    for number in range(workloads.TASKS):
        total += await ctx.run_typed(f"fib{number}", workloads.fibonacci, n=workloads.FIBONACCI)
    return total


@bench.handler()
async def fan_out(ctx: restate.Context) -> int:
    """W4."""
    futures = [
        ctx.run_typed(f"fib{number}", workloads.fibonacci, n=workloads.FIBONACCI)
        for number in range(workloads.BRANCHES)
    ]
    await restate.gather(*futures)
    return sum([await each for each in futures])


@bench.handler()
async def single(ctx: restate.Context) -> int:
    """W5."""
    return await ctx.run_typed("fib", workloads.fibonacci, n=workloads.FIBONACCI)


app = restate.app(services=[bench])
