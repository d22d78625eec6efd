import {
  bridgeDrawFields,
  bridgeFields,
  conditionFields,
  disclosureFields,
  drawFields,
  embedFields,
  type Field,
  fillFields,
  fitFields,
  forecastFields,
  imputationFields,
  latentDrawFields,
  latentFields,
  localFields,
  marginalsFields,
  panelDrawFields,
  panelFields,
  pathFields,
  ruleFields,
  schemaFields,
  scoreFields,
  snapshotFields,
  tableFields
} from '@sbridge/core/internal'
import { clusterFields, workerFields } from '../cluster/fields.js'
import { serviceFields } from '../service/fields.js'
import { evaluateFields, judgeFields, planFields, readingFields, reportFields, runFields, shardFields, writingFields } from './fields.js'

/** Every option, in the order of `info --options`. */
export const allFields: readonly { readonly group: string; readonly fields: readonly Field[] }[] = [
  { group: 'model', fields: fitFields },
  { group: 'localisation', fields: localFields },
  { group: 'latent models', fields: [...latentFields, ...latentDrawFields] },
  { group: 'draws', fields: drawFields },
  { group: 'groups', fields: [...panelFields, ...panelDrawFields] },
  { group: 'conditions', fields: conditionFields },
  { group: 'impute', fields: [...imputationFields, ...fillFields] },
  { group: 'score', fields: scoreFields },
  { group: 'embed', fields: embedFields },
  { group: 'forecast', fields: forecastFields },
  { group: 'trajectories', fields: [...snapshotFields, ...marginalsFields, ...pathFields] },
  { group: 'bridge', fields: [...bridgeFields, ...bridgeDrawFields] },
  { group: 'table', fields: tableFields },
  { group: 'disclosure', fields: disclosureFields },
  { group: 'rules', fields: ruleFields },
  { group: 'several tables', fields: schemaFields },
  { group: 'files', fields: [...readingFields, ...writingFields] },
  { group: 'evaluate', fields: evaluateFields },
  { group: 'report', fields: [...reportFields, ...judgeFields] },
  { group: 'shards', fields: [...planFields, ...shardFields] },
  { group: 'cluster', fields: [...clusterFields, ...workerFields] },
  { group: 'service', fields: serviceFields },
  { group: 'running', fields: runFields }
]
