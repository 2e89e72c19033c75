"""What goes along with a message, made when it is sent: files, picture and sound, links, an earlier message."""
