/** The parts for research, by topic: engines, kernels, scalings, single steps of the sampler, diffusion maps. */
export * from '@sbridge/core/kernels'
