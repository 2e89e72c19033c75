"""Calls over Vonage's Voice API: what is said and asked goes as call control objects, sound from addresses of ours."""
