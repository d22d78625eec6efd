import type { ToPainter } from './messages.js'
import { Painter } from './painter.js'

const painter = new Painter((message) => self.postMessage(message))
self.onmessage = ({ data }: MessageEvent<ToPainter>) => painter.handle(data)
