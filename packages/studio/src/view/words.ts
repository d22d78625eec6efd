export {
  countText as formatCount,
  durationText as formatDuration,
  numberText as formatNumber,
  plainText as formatPlain
} from '@sbridge/core/internal'
