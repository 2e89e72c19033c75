"""The consultant's side of the chat. A consultant acts only on people of their own caseload, of those they stand in
for, and on reports passed on to them; that is checked on arrival of every button, whatever it says."""
