from torch.nn.utils import parameters_to_vector


def task_gradients(losses, parameters):
    parameters = [*parameters]
    return torch.stack(
        [
            parameters_to_vector(
                torch.autograd.grad(loss, parameters, retain_graph=True, allow_unused=True, materialize_grads=True)
            )
            for loss in losses
        ]
    )
