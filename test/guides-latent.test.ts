// @module-tag slow
import { PAGES, testPages } from './guides.js'

testPages(PAGES.latent)
