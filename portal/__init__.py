"""The site: settings, addresses, CMS pages, results, finder, and the shell around all of them."""
