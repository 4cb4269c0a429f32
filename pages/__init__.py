"""One question a file, one function a file: `render(viewer)`. Nothing runs on import."""
