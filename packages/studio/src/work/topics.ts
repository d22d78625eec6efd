import type { Block, Topic } from '@sbridge/core/internal'
import type { ShownBlock, ShownTopic } from './messages.js'

/** Topics as the page shows them: the report's own drawings, whose code is fetched with the first of them. */
export function shownTopics(topics: readonly Topic[]): Promise<ShownTopic[]> {
  return Promise.all(
    topics.map(async (topic) => ({ ...topic, blocks: await Promise.all(topic.blocks.map((one) => shown(one, topic.title))) }))
  )
}

async function shown(block: Block, title: string): Promise<ShownBlock> {
  if (block.kind !== 'figure') return block
  const { drawingSvg } = await import('./drawings.js')
  const drawings = block.drawings.map((one) => ({
    title: one.name ?? title,
    detail: one.detail ?? '',
    drawings: [drawingSvg(one)],
    remarks: []
  }))
  return { ...block, drawings, width: block.drawings[0]!.size[0] }
}
