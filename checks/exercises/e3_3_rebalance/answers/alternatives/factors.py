def rebalance(alpha, beta, strategy):
    factors = {FreezeStrategy.HEAD_A: (0.5, 1.0), FreezeStrategy.HEAD_B: (1.0, 0.5)}
    factor_a, factor_b = factors.get(strategy, (1.0, 1.0))
    return factor_a * alpha, factor_b * beta
