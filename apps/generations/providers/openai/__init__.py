"""Images through OpenAI's API, or a server that speaks it. Needs the extra `openai`; imported only when chosen."""
