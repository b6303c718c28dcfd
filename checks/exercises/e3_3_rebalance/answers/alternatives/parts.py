def rebalance(alpha, beta, strategy):
    if FROZEN_PARTS[strategy] == ("taskA_classifier",):
        alpha *= 0.5
    elif FROZEN_PARTS[strategy] == ("taskB_classifier",):
        beta *= 0.5
    return (alpha, beta)
