import { PAGES, testPages } from './guides.js'

testPages(PAGES.latent)
