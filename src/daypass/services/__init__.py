"""The services daypass implements, each written with the service kit."""
