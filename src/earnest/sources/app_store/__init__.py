"""Reviews of an app in Apple's App Store: of the operator's own by App Store Connect, or by the public feed.

Why it exists: reviews are said to whoever makes the app. Promise: newest first until what is known,
whatever the number; a feed that ends before that says what it missed; a review that was taken away goes here
too, where the interface lists them all.
"""
