"""What is measured: builds, pages, numbers. Nothing here is a test."""
