"""No tables; Django tells only apps with this module that everything has been migrated (`permissions`)."""
