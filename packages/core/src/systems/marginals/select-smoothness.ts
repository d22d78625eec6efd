import type { Watch } from '../../num/iterate.js'
import type { Family } from './family.js'
import type { RoundsProblem } from './rounds.js'
import type { Smoothness } from './smooth-field.js'

export async function chooseSmoothness(
  fixed: { lengthScale: number | 'auto'; amplitude: number | 'auto'; frequencyCount: number },
  _tools: { problem: Omit<RoundsProblem, 'family'>; build: (s: Smoothness) => Family; watch?: Watch | undefined }
): Promise<Smoothness> {
  return {
    lengthScale: fixed.lengthScale === 'auto' ? 1 : fixed.lengthScale,
    amplitude: fixed.amplitude === 'auto' ? 1 : fixed.amplitude,
    frequencyCount: fixed.frequencyCount
  }
}
