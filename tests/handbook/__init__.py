"""The pictures of the editors' handbook (`docs/handbook/`), made by driving the demo as each role: `make handbook`."""
