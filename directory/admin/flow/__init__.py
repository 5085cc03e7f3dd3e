"""From a draft to what is public: what differs, who approves it, and what was put into the trash."""
