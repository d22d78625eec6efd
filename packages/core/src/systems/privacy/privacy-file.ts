import type { ModelContents } from '../../model-file/contents.js'
import { damaged, list, measured, number, optional, record, tuple, whole } from '../../model-file/reading.js'
import type { PrivacyPoint, PrivacyTrial } from './privacy.js'

/** Contents of a model file with the trial by which its bandwidth was widened. */
export function withPrivacy(contents: ModelContents, privacy: PrivacyTrial | undefined): ModelContents {
  return privacy ? { ...contents, meta: { ...(contents.meta as object), privacy } } : contents
}

const area = number({ least: 0, most: 1 })

/** The trial of a model, where it has one. Throws `FormatError` (code `model-damaged`). */
export function privacyIn({ meta }: ModelContents): PrivacyTrial | undefined {
  const point = record<PrivacyPoint>({
    epsilon: measured,
    left: area,
    membership: area,
    interval: tuple<readonly [number, number]>(area, area),
    auc: optional(area)
  })
  const trial = record<PrivacyTrial>({
    asked: area,
    heldOut: whole(),
    before: measured,
    chosen: measured,
    left: area,
    nearest: optional(number({ least: 0 })),
    cell: optional(whole()),
    curve: list(point)
  })
  const { privacy } = record<{ readonly privacy?: PrivacyTrial }>({ privacy: optional(trial) })(meta, 'meta')
  if (!privacy) return undefined
  if (!privacy.curve.some(({ epsilon, left, auc }) => epsilon === privacy.chosen && left === privacy.left && auc !== undefined))
    throw damaged(`a model whose privacy chose ε = ${privacy.chosen} and left out ${privacy.left}`, 'a pair that was tried')
  if (privacy.curve.find(({ epsilon, left }) => epsilon === privacy.before && left === 0)?.auc === undefined)
    throw damaged(`a model whose privacy did not try its own ε = ${privacy.before}`, 'how its rows would be without')
  if ((privacy.nearest !== undefined) !== privacy.left > 0)
    throw damaged(
      `a model that leaves out ${privacy.left} of its rows nearer than ${privacy.nearest}`,
      'a distance where rows are left out, none elsewhere'
    )
  return privacy
}
