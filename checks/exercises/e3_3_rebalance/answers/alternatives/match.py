def rebalance(alpha, beta, strategy):
    match strategy:
        case FreezeStrategy.HEAD_A:
            return 0.5 * alpha, beta
        case FreezeStrategy.HEAD_B:
            return alpha, 0.5 * beta
        case _:
            return alpha, beta
