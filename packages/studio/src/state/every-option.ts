import {
  bridgeDrawFields,
  bridgeFitFields,
  conditionFields,
  densityFitFields,
  disclosureFields,
  drawFields,
  embedFields,
  type Field,
  fillFields,
  fitFields,
  imputationFitFields,
  latentDrawFields,
  latentFields,
  localFields,
  marginalsFields,
  panelDrawFields,
  panelFields,
  pathFields,
  privacyFields,
  refineFields,
  ruleFields,
  scoreFields,
  snapshotFields,
  tableFields
} from '@sbridge/core/internal'
import type { Activity } from './activity.js'

export interface Parts {
  readonly fit: readonly Field[]
  readonly draw: readonly Field[]
}

/** All options of the systems behind the activities, what reads and hides first: those of methods are for few tables. */
export const EVERY: Readonly<Record<Activity, Parts>> = {
  sample: {
    fit: [
      ...ruleFields,
      ...disclosureFields,
      ...privacyFields,
      ...refineFields,
      ...tableFields,
      ...panelFields,
      ...fitFields,
      ...localFields,
      ...latentFields
    ],
    draw: [...drawFields, ...panelDrawFields, ...latentDrawFields, ...conditionFields]
  },
  impute: { fit: imputationFitFields, draw: fillFields },
  score: { fit: densityFitFields, draw: scoreFields },
  trajectories: { fit: [...snapshotFields, ...marginalsFields, ...ruleFields], draw: pathFields },
  'diffusion-map': { fit: [...embedFields, ...tableFields], draw: [] },
  bridge: { fit: bridgeFitFields, draw: bridgeDrawFields }
}
